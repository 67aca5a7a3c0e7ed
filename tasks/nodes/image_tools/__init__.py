"""Node types that change or combine images, beyond cutting and scaling them."""
