"""The demo: a bridge on a temporary database, an Okta and an Entra conversation, and what each push became."""
