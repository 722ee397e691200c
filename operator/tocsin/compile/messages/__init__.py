"""Message templates: Tocsin's own for every receiver, and the judgement on those of users."""
