"""A check for schemathesis: whoever may not call an operation is told so, whatever else the request says.

The asker's role stands in FUZZ_ROLE, what an operation needs in its x-role.
"""

import os

import schemathesis

ORDER = ["public", "customer", "viewer", "labeller", "reviewer", "trainer", "lead", "owner"]


@schemathesis.check
def wrong_role(ctx, response, case):
    operation = case.operation
    if case.method.lower() != operation.method.lower():
        return
    need, has = operation.definition.raw["x-role"], os.environ["FUZZ_ROLE"]
    if ORDER.index(has) >= ORDER.index(need):
        return
    want = 401 if has == "public" else 403
    assert response.status_code == want, f"{has} got {response.status_code} where {need} is needed"


@schemathesis.hook
def after_call(ctx, case, response):
    """Tells FUZZ_SEEN which operations did what was asked of them."""
    if response.status_code < 300 and "FUZZ_SEEN" in os.environ:
        with open(os.environ["FUZZ_SEEN"], "a", encoding="utf-8") as file:
            file.write(case.operation.label + "\n")
