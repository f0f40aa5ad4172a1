"""What a section hands back: tables and goals, as plain data that is kept as JSON."""


def number(value):
    """About three digits that count: 0.012, 0.123, 1.23, 12.3, 1,230."""
    if value >= 100:
        return f"{value:,.0f}"
    if value >= 10:
        return f"{value:.1f}"
    if value >= 1:
        return f"{value:.2f}"
    return f"{value:.3f}" if value >= 0.1 else f"{value:.2g}"


class Section:
    def __init__(self):
        self.notes, self.tables, self.goals = [], [], []

    def note(self, text):
        self.notes.append(text)

    def table(self, head, rows):
        self.tables.append({"head": list(head), "rows": [[str(cell) for cell in row] for row in rows]})

    def at_least(self, what, value, wanted):
        """A goal; `wanted` None: a figure to know, without a goal."""
        goal = "" if wanted is None else f"at least {number(wanted)}"
        self._add(what, value, goal, wanted is None or value >= wanted)

    def at_most(self, what, value, wanted):
        self._add(what, value, f"at most {number(wanted)}", value <= wanted)

    def _add(self, what, value, goal, met):
        self.goals.append({"what": what, "value": number(value), "goal": goal, "met": met})

    def as_json(self):
        return {"notes": self.notes, "tables": self.tables, "goals": self.goals}
