"""Variables that the files in deploy/ may set."""

from classifier.setting_fields import declarations
from web.settings import Settings

# Named here until they are settings: a site that does not know them runs as if they were not there.
COMING = {"LOG_FORMAT"}
VARIABLES = {each.variable for each in declarations(Settings)} | COMING
# Not settings of the site: Python reads them.
OF_PYTHON = {"PATH", "PYTHONUNBUFFERED", "PYTHONDONTWRITEBYTECODE"}
