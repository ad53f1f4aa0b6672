"""Members of relations read as trees."""
