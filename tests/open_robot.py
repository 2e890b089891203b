"""A robot that is open and has nothing to do: to be frozen and killed by a test. Prints its mark and its folder."""

import sys

from pydantic import SecretStr

from flows.profile import SiteProfile
from rpa.browsers import find_browser
from rpa.credentials import Credentials
from rpa.robot import Robot
from rpa.settings import Settings

PROFILE = SiteProfile.model_validate({"site": {"base_url": "http://127.0.0.1:9"}})

if __name__ == "__main__":
    who = Credentials(username="robot", password=SecretStr("none"))
    with Robot(PROFILE, who, browser=find_browser(Settings())) as robot:
        sys.stdout.write(f"{robot.mark} {robot.running.folder.path}\n")
        sys.stdout.flush()
        sys.stdin.read()
