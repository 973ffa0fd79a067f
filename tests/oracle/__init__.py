"""An independent answer to SCIM filters: made-up people, made-up filters and an evaluator written from RFC 7644 section 3.4.2.2.

It shares no code with the bridge: filters are made as trees of its own and written out as text, types and caseExact come from
scim2-models' schemas, and what it looks at is what GET shows.

Where the RFC is silent the bridge's rules (docs/scim-filters.md, "Where the RFC is silent") are taken, each marked RULE here.
"""
