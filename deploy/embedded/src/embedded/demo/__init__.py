"""The demonstration: a district's half-year told through the public interfaces of a network that starts empty."""
