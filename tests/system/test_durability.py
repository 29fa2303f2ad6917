"""Laws 1 and 2 with `kill -9`: what was answered is on disk, and nothing is delivered twice."""
import pathlib
import shutil
import smtplib
import tempfile
import threading
import time
import unittest

import demo_mail
from tocsin_system import Daemon, SmtpSink


class Durability(unittest.TestCase):
    def setUp(self):
        self.sink = SmtpSink()
        self.data = pathlib.Path(tempfile.mkdtemp(prefix="tocsin-test-"))

    def tearDown(self):
        self.sink.stop()
        shutil.rmtree(self.data, ignore_errors=True)

    def restart(self):
        return Daemon(self.sink, data=self.data, keep_data=True)

    def test_held_message_survives_kill(self):
        with self.restart() as daemon:
            code, text = daemon.send("outbound", "a@example.org", ["b@example.com"],
                                     demo_mail.infected("a@example.org", "b@example.com"))
            self.assertEqual(code, 250, text)
            daemon.kill()
        with self.restart() as daemon:
            held = daemon.command("quarantine", "list", "--json")["held"]
            self.assertEqual(len(held), 1)
            self.assertIn(held[0]["id"], text)
            self.assertEqual(len(daemon.command("journal", "list", "--json")["records"]), 1)
        self.assertEqual(self.sink.delivered, [])

    def test_what_is_sent_again_is_held_once(self):
        """The client did not hear our 250: it sends the same once more, with a trace field of its own."""
        mail = demo_mail.infected("a@example.org", "b@example.com")
        with self.restart() as daemon:
            first = daemon.send("outbound", "a@example.org", ["b@example.com"], b"Received: first try\r\n" + mail)
            daemon.kill()
        with self.restart() as daemon:
            again = daemon.send("outbound", "a@example.org", ["b@example.com"], b"Received: the second,\r\n\tlater\r\n" + mail)
            self.assertEqual(again, first)
            self.assertNotEqual(daemon.send("outbound", "x@example.org", ["b@example.com"], mail),
                                daemon.send("outbound", "x@example.org", ["b@example.com"], mail), "a client that heard")
            other = daemon.send("outbound", "a@example.org", ["c@example.com"], mail)
            self.assertNotEqual(other, first)
            listed = daemon.command("quarantine", "list", "--json")["held"]
            held = [entry for entry in listed if entry["mail_from"] == "a@example.org"]
            self.assertEqual([entry["recipients"] for entry in held], [["c@example.com"], ["b@example.com"]])
            records = [record for record in daemon.command("journal", "list", "--sender", "a@example.org", "--json")["records"]
                       if record["recipients"] == ["b@example.com"]]
            self.assertEqual([record["held_id"] for record in records], [held[1]["id"]] * 2)
            self.assertEqual(records[0]["content_sha256"], held[1]["content_sha256"])
            self.assertIn("held already, and not kept twice: the sender sent it again", records[0]["reasons"])

    def test_a_client_that_hangs_up_and_comes_again_is_held_once(self):
        mail = demo_mail.infected("a@example.org", "b@example.com")
        with self.restart() as daemon:
            client = smtplib.SMTP("127.0.0.1", daemon.ports["outbound"], timeout=60)
            client.ehlo("client.example")
            client.mail("a@example.org")
            client.rcpt("b@example.com")
            client.putcmd("data")
            client.getreply()
            client.send(mail + b".\r\n")
            client.close()
            deadline = time.monotonic() + 20
            while daemon.command("status", "--json")["sessions"] or not daemon.command("quarantine", "list", "--json")["held"]:
                self.assertLess(time.monotonic(), deadline, "nothing was held")
            (held,) = daemon.command("quarantine", "list", "--json")["held"]
            _, text = daemon.send("outbound", "a@example.org", ["b@example.com"], mail)
            self.assertIn(held["id"], text)
            self.assertEqual(len(daemon.command("quarantine", "list", "--json")["held"]), 1)

    def test_every_answered_message_is_recorded(self):
        answered = []

        def send_until_dead(daemon, worker):
            for number in range(1000):
                sender = f"w{worker}-{number}@example.org"
                try:
                    code, _ = daemon.send("inbound", sender, ["b@example.com"],
                                          demo_mail.plain(sender, "b@example.com", "hello", "text", number))
                except OSError:
                    return
                if code == 250:
                    answered.append(sender)

        with self.restart() as daemon:
            workers = [threading.Thread(target=send_until_dead, args=(daemon, worker)) for worker in range(3)]
            for worker in workers:
                worker.start()
            while len(answered) < 30:
                workers[0].join(0.01)
            daemon.kill()
            for worker in workers:
                worker.join()
        with self.restart() as daemon:
            records = daemon.command("journal", "list", "--limit", "1000", "--json")["records"]
            recorded = {record["mail_from"] for record in records}
        delivered = [message.mail_from for message in self.sink.delivered]
        self.assertEqual(sorted(set(answered) - recorded), [], "answered 250 but not recorded")
        self.assertEqual(sorted(set(answered) - set(delivered)), [], "answered 250 but not delivered")
        self.assertEqual(len(delivered), len(set(delivered)), "delivered twice")

    def test_next_hop_that_dies_is_a_temporary_failure(self):
        with self.restart() as daemon:
            self.sink.drop_after_content = True
            code, text = daemon.send("inbound", "a@example.org", ["b@example.com"],
                                     demo_mail.plain("a@example.org", "b@example.com", "hello", "text"))
            self.assertEqual(code // 100, 4, text)

    def test_order_survives_kill(self):
        with self.restart() as daemon:
            daemon.command("order", "block", "thief@example.org", "--json")
            daemon.kill()
        with self.restart() as daemon:
            code, text = daemon.send("inbound", "thief@example.org", ["b@example.com"],
                                     demo_mail.plain("thief@example.org", "b@example.com", "hello", "text"))
            self.assertEqual(code, 550, text)


if __name__ == "__main__":
    unittest.main()
