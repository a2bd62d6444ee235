"""SoleFlip Desktop: the inventory of a sneaker and streetwear reseller."""

__version__ = "0.1.0"
