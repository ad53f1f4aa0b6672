"""The catalogue of rules: every row with its statement, its proof and an example, derived by the engine."""
