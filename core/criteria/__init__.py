"""The one condition language: JSON, to Python, to SQL, and on plain facts.

    {"and": [{"field": "kind", "op": "eq", "value": "part"}, {"not": {"field": "item.code", "op": "empty"}},
             {"field": "sum(lines.amount)", "op": "gt", "value": "10000"}]}

Comparisons are total: a missing value makes a comparison false, and `not` negates that false.
"""

from core.criteria.describe import describe
from core.criteria.order import order_by
from core.criteria.python import to_predicate
from core.criteria.sql import to_clause
from core.criteria.tree import Leaf, check

__all__ = ["Leaf", "check", "describe", "order_by", "to_clause", "to_predicate"]
