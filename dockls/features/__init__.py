"""Other editor features: one module each, a plain function over the model."""
