"""smelllint: finds energy smells in AI code, mends them, and proves that the mending saves.

The words a rule needs: Rule, Smell, Fix, Edit.
"""

from smelllint.edit import Edit, Edits, Fix, Safety
from smelllint.rule import Rule, Smell

__version__ = "0.1.0"
__all__ = ["Edit", "Edits", "Fix", "Rule", "Safety", "Smell", "__version__"]
