"""How the world asks: the HTTP API, one controller per noun.

`app.create_app` is the only place where things are put together. Handlers are thin: read the
request, call one function of `db` or `flows` in one transaction, present the rows.
"""
