// Which tests of assertions can run apart from their program.

/**
 * Whether a test can run in another process than its program: it can, unless it reaches into the program's own, by
 * mocks, by its standard streams or by its interpreter. That is read from the test alone; no program can ask for it.
 */
export const standsApart = (test: string): boolean =>
  !/\b(?:mock|patch|monkeypatch|capsys|capfd|redirect_std(?:out|err)|std(?:in|out|err)|__main__|globals|locals|inspect|exec|eval|seed|getrefcount|gc|__code__|__globals__|__dict__|__class__|subclass|unittest)\b/.test(
    test,
  )
