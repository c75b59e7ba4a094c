"""Named reads of settlement, by noun; every one of them sees only what its `Scope` lets it see."""
