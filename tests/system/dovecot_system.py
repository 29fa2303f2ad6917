"""A real Dovecot of the test's own: configuration, mail and sockets in a temporary folder, a free port on loopback.

Nothing of the system's Dovecot is read or changed, but its programs. Its processes and the mail belong to `nobody` when
root runs the test, else to who runs it.
"""
import getpass
import grp
import imaplib
import os
import pathlib
import pwd
import re
import shutil
import subprocess
import tempfile

from real_programs import Server, free_port, manual_block, need, replaced

MASTER, MASTER_PASSWORD, PASSWORD = "tocsin", "master-secret", "secret"


def account():
    if os.geteuid() == 0:
        return "nobody"
    return getpass.getuser()


class Dovecot:
    """`acl`: with the ACL plugin, set as the manual says. `capability`: what it announces instead of all it can. `quota_kib`: of
    each mailbox. `tls_name`: it has a certificate with this name, whose authority is `certificate`, and takes no password in the
    clear but from this machine; `tls_port` is encrypted from the first byte."""

    def __init__(self, users, acl=False, capability="", quota_kib=0, tls_name="", extra=""):
        need("dovecot")
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="tocsin-dovecot-"))
        self.port, self.tls_port = free_port(), free_port()
        self.users = list(users)
        self.password_file = self.folder / "password"
        self.password_file.write_text(MASTER_PASSWORD + "\n")
        self.password_file.chmod(0o600)
        self.own_password_file = self.folder / "own-password"
        self.own_password_file.write_text(PASSWORD + "\n")
        self.own_password_file.chmod(0o600)
        self.certificate = self.folder / "certificate.pem"
        self.write_configuration(acl, capability, quota_kib, self.tls_settings(tls_name) + extra)
        self.server = None
        self.start()

    def tls_settings(self, name):
        if not name:
            return "ssl = no\n"
        key = self.folder / "key.pem"
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
                        "-subj", f"/CN={name}", "-addext", f"subjectAltName=DNS:{name}", "-keyout", str(key), "-out",
                        str(self.certificate)], check=True, capture_output=True)
        return f"ssl = yes\nssl_cert = <{self.certificate}\nssl_key = <{key}\nssl_dh =\n"

    def write_configuration(self, acl, capability, quota_kib, extra):
        user = account()
        group = grp.getgrgid(pwd.getpwnam(user).pw_gid).gr_name
        (self.folder / "users").write_text("".join(f"{one}:{{PLAIN}}{PASSWORD}::::::\n" for one in self.users))
        (self.folder / "masters").write_text(f"{MASTER}:{{PLAIN}}{MASTER_PASSWORD}::::::\n")
        for name in ("run", "state", "mail"):
            (self.folder / name).mkdir()
        shutil.chown(self.folder / "mail", user, group)
        self.folder.chmod(0o755)
        plugins, settings = [], []
        master = replaced(manual_block("mailboxes.md", "conf", 0), ("/etc/dovecot/tocsin-master", self.folder / "masters"))
        if acl:
            (self.folder / "acls").write_text(manual_block("mailboxes.md", "conf", 2))
            plugins += ["acl"]
            settings += [replaced(manual_block("mailboxes.md", "conf", 1), ("/etc/dovecot/tocsin-acl", self.folder / "acls"))]
        if quota_kib:
            plugins += ["quota"]
            settings += [f"plugin {{\n  quota = count:User quota\n  quota_vsizes = yes\n  quota_rule = *:storage={quota_kib}K\n"
                         "  quota_grace = 0\n}\nprotocol imap {\n  mail_plugins = $mail_plugins imap_quota\n}\n"]
        lines = f"""
base_dir = {self.folder}/run
state_dir = {self.folder}/state
log_path = {self.folder}/log
protocols = imap
listen = 127.0.0.1
disable_plaintext_auth = no
default_internal_user = {user}
default_internal_group = {group}
default_login_user = {user}
default_process_limit = 200
mail_location = maildir:{self.folder}/mail/%u
mail_plugins = {' '.join(plugins)}
mail_fsync = never
first_valid_uid = 1
first_valid_gid = 1
mail_max_userip_connections = 0
{f'imap_capability = {capability}' if capability else ''}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {self.port}
  }}
  inet_listener imaps {{
    port = {self.tls_port if "ssl_cert" in extra else 0}
    ssl = yes
  }}
}}
service anvil {{
  chroot =
}}
service stats {{
  chroot =
}}
{master}
passdb {{
  driver = passwd-file
  args = {self.folder}/users
}}
userdb {{
  driver = static
  args = uid={user} gid={group} home={self.folder}/mail/%u
}}
{''.join(settings)}
{extra}
"""
        (self.folder / "dovecot.conf").write_text(lines)

    def start(self):
        self.server = Server(["dovecot", "-F", "-c", str(self.folder / "dovecot.conf")], self.port, self.folder / "output")

    def stop(self):
        self.server.stop()

    def close(self):
        self.stop()
        shutil.rmtree(self.folder)

    def words(self, own=False):
        """The options that lead the command to this server."""
        common = ["--server", "127.0.0.1", "--port", str(self.port), "--tls", "none"]
        if own:
            return common + ["--login", "own", "--password-file", str(self.own_password_file)]
        return common + ["--user", MASTER, "--password-file", str(self.password_file)]

    def client(self, user):
        client = imaplib.IMAP4("127.0.0.1", self.port)
        client.login(user, PASSWORD)
        return client

    def deliver(self, user, message, folder="INBOX", flags="", date=None):
        client = self.client(user)
        if folder != "INBOX":
            client.create(folder)
        answer = client.append(folder, f"({flags})", date, message)
        client.logout()
        if answer[0] != "OK":
            raise AssertionError(f"Dovecot did not take a message: {answer}")

    def folders(self, user):
        client = self.client(user)
        names = [line.decode().rsplit(' "." ', 1)[1].strip('"') for line in client.list()[1]
                 if line and b"\\Noselect" not in line.split(b")")[0]]
        client.logout()
        return names

    def content(self, user, left_out="Tocsin-sealed"):
        """{folder: [(bytes, flags, date of arrival)]}, without \\Recent; nothing is marked as seen by it."""
        client = self.client(user)
        found = {}
        for name in self.folders(user):
            if left_out and name.startswith(left_out):
                continue
            client.select(f'"{name}"', readonly=True)
            messages = []
            for uid in client.uid("SEARCH", "ALL")[1][0].split():
                head, body = client.uid("FETCH", uid.decode(), "(FLAGS INTERNALDATE BODY.PEEK[])")[1][0][:2]
                flags = sorted(set(re.search(rb"FLAGS \(([^)]*)\)", head)[1].split()) - {b"\\Recent"})
                messages.append((body, tuple(flags), re.search(rb'INTERNALDATE "([^"]*)"', head)[1]))
            found[name] = sorted(messages)
        client.logout()
        return found
