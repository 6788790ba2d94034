"""Variables that the files in deploy/ may set."""

from classifier.setting_fields import declarations
from web.settings import Settings

VARIABLES = {each.variable for each in declarations(Settings)}
# Not settings of the site: Python reads them.
OF_PYTHON = {"PATH", "PYTHONUNBUFFERED", "PYTHONDONTWRITEBYTECODE"}
