"""Two retry plugins that know nothing of this one: each starts a test again on its own."""

import pytest
from _pytest.runner import runtestprotocol


class ByProtocol:
    """Runs all of the test again."""

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_protocol(self, item, nextitem):
        first = yield
        if "by_protocol" in item.name:
            runtestprotocol(item, nextitem=nextitem)
        return first


class ByCall:
    """Sets the test up again and calls it, without pytest's hooks."""

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_teardown(self, item, nextitem):
        if "by_call" in item.name and not hasattr(item, "again"):
            item.again = True
            item.session._setupstate.teardown_exact(None)
            item._initrequest()
            item.session._setupstate.setup(item)
            item.runtest()
        return (yield)


def pytest_configure(config):
    for plugin in (ByProtocol(), ByCall()):
        config.pluginmanager.register(plugin)
