"""The OpenAPI document: what the generator leaves out, and the page that reads it."""
