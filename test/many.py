"""One test of many values that are alike: pytest spends more on each test than these take."""

import functools
import inspect


def each(name, values, say=str):
    """
    Run a test with each of many values, and tell all for which it fails.

    :param name: the argument that gets the value; others stay fixtures.
    :param say: what a value is called.
    """

    def decorate(test):
        @functools.wraps(test)
        def with_each(**fixtures):
            wrong = {}
            for value in values:
                try:
                    test(**{name: value}, **fixtures)
                except Exception as error:
                    wrong[say(value)] = error
            if wrong:
                first = next(iter(wrong.values()))
                raise AssertionError(f'{len(wrong)} fail: {", ".join(wrong)}') from first

        signature = inspect.signature(test)
        left = [value for key, value in signature.parameters.items() if key != name]
        with_each.__signature__ = signature.replace(parameters=left)
        return with_each

    assert values, 'a test of nothing cannot fail'
    return decorate
