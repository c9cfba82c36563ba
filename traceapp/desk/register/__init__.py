"""What a producer has: products, places, seasons, certificates; and putting them away."""
