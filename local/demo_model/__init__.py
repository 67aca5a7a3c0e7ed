"""The built-in demo model: a small language model behind an endpoint that speaks as Gemini does.

So that a newcomer without a key sees real text, real streaming and real token counts through the
real SDK. It is no good for answers anyone relies on, cannot see pictures, and says so.
"""
