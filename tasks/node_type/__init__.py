"""What a node type is: its definition, ports, form, and how data and connected values are bound.

Knows no node type; `tasks.nodes` defines them, `tasks.registry` finds them.
"""
