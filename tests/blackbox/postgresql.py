"""A PostgreSQL of the tests' own, from Debian's package, on a socket in a temporary folder."""
import os
import pathlib
import pwd
import shutil
import subprocess
import tempfile

from carillon import eventually

PROGRAMS = pathlib.Path("/usr/lib/postgresql/15/bin")


class Postgresql:
    """Runs from the first database to close()."""

    def __init__(self):
        # PostgreSQL refuses to run as root.
        self.user = "postgres" if os.geteuid() == 0 else pwd.getpwuid(os.geteuid()).pw_name
        self.folder = tempfile.mkdtemp(prefix="carillon-pg-")
        if os.geteuid() == 0:
            shutil.chown(self.folder, "postgres")
        self._run("initdb", "-D", f"{self.folder}/data", "-A", "trust", "-U", "postgres", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync")
        self.child = subprocess.Popen(
            [PROGRAMS / "postgres", "-D", f"{self.folder}/data", "-k", self.folder, "-h", "", "-F"], user=self.user,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.databases = 0
        eventually(lambda: subprocess.run([PROGRAMS / "pg_isready", "-q", "-h", self.folder], check=False).returncode == 0,
                   what="PostgreSQL")

    def _run(self, program, *arguments):
        subprocess.run([PROGRAMS / program, *arguments], check=True, user=self.user, stdout=subprocess.DEVNULL)

    def new_database(self):
        """The address of an empty one."""
        self.databases += 1
        name = f"test_{self.databases}"
        self._run("createdb", "-h", self.folder, "-U", "postgres", name)
        return f"postgresql://postgres@/{name}?host={self.folder}"

    def close(self):
        self.child.terminate()
        self.child.wait()
        shutil.rmtree(self.folder, ignore_errors=True)
