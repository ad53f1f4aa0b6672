"""The door to SymPy: scalar calculus, noncommutative algebra, linear equations, definiteness.

SymPy is loaded when first used.
Each service is a pure function of expressions; its use in a derivation is a named step or a check.
"""

from derive.calculus.algebra.definite import Definiteness, definiteness, restricted
from derive.calculus.algebra.equality import equal, equal_scalar, is_zero
from derive.calculus.algebra.exact import Inexact, exact, in_entries
from derive.calculus.algebra.expansion import Expansion, linear_part
from derive.calculus.algebra.higher_order import Along, along_lines, even_powers, lowest_derivative, sign_given
from derive.calculus.algebra.maps import DUMMY, derivative_template, lift, lift_letters, lift_product, map_derivative
from derive.calculus.algebra.scalar_calculus import (
    exponential,
    scalar_diff,
    simplify_scalar,
    solve_scalar,
)
from derive.calculus.algebra.scalars import PI, Atoms, Untranslatable, from_sympy_scalar, to_sympy_scalar
from derive.calculus.algebra.systems import solve_system
from derive.calculus.normal_form.expand import expand
from derive.calculus.normal_form.normal_form import NormalForm, canonical, normal_form
from derive.calculus.normal_form.polynomial import TooManyTerms

__all__ = [
    "DUMMY", "PI", "Along", "Atoms", "Definiteness", "Expansion", "Inexact", "NormalForm",
    "TooManyTerms", "Untranslatable", "along_lines", "canonical", "definiteness", "derivative_template", "equal",
    "equal_scalar", "even_powers", "exact", "expand", "exponential", "from_sympy_scalar", "in_entries", "is_zero", "lift",
    "lift_letters", "lift_product", "linear_part", "lowest_derivative", "map_derivative", "normal_form", "restricted", "scalar_diff",
    "sign_given", "simplify_scalar", "solve_scalar", "solve_system", "to_sympy_scalar",
]
