"""Images and videos: what a file is, decoding, scaling, frames. Pillow and PyAV only here."""
