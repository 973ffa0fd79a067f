"""For gunicorn: `gunicorn wsgi:app`, without --preload."""

from scim_bridge.app import wsgi_app

app = wsgi_app()
