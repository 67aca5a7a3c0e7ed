"""How hypothesis looks for exceptions."""

from hypothesis import settings

settings.register_profile("nodeloom", deadline=None)  # a busy machine is no defect
settings.load_profile("nodeloom")
