"""What authors of rules need and users do not: scaffolding and generated pages."""
