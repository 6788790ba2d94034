"""Photos: bytes → upright pictures → the input of the network, with Pillow and NumPy. No network, no labels."""
