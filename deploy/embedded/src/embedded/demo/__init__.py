"""The demo network: generated data and the programme that plays it through the platform."""
