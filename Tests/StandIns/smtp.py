#!/usr/bin/env python3
"""A mail server on the loopback that does what it is told: real SMTP, by aiosmtpd.

    smtp.py MODE [--folder DIR] [--user U --password P] [--certificate FILE --key FILE]

It prints its port on a line and takes mails until it is ended: writes each into DIR as NUMBER.eml, and prints a line.

Modes: accept         takes every mail
       refuse-4xx     451 to every recipient
       refuse-5xx     550 to every recipient
       refuse-some    550 to recipients that begin with `nobody`
       refuse-data    554 after the mail
       grey           451 to a recipient's first try, takes the second
       busy           452 after the mail, the first time
       hang           greets, and says nothing more
       hang-data      says nothing after the mail
       die            keeps the mail, and closes the connection before it says so
       drop-tls       closes the connection at STARTTLS
       echo           454 to AUTH, with what it was told
       starttls       wants STARTTLS and AUTH before it takes a mail
"""
import argparse
import asyncio
import os
import ssl

from aiosmtpd.smtp import SMTP, AuthResult


class Handler:
    def __init__(self, mode, folder):
        self.mode, self.folder, self.tries, self.number = mode, folder, {}, 0

    async def handle_RCPT(self, server, session, envelope, address, options):
        if self.mode == "refuse-4xx":
            return "451 4.7.1 try again later"
        if self.mode == "refuse-5xx" or (self.mode == "refuse-some" and address.startswith("nobody")):
            return "550 5.1.1 no such mailbox"
        if self.mode == "grey":
            self.tries[address] = self.tries.get(address, 0) + 1
            if self.tries[address] == 1:
                return "451 4.7.1 greylisted, come back"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        self.number += 1
        if self.mode == "refuse-data":
            return "554 5.7.1 we do not want this"
        if self.mode == "busy" and self.number == 1:
            return "452 4.3.1 no room"
        path = os.path.join(self.folder, f"{self.number}.eml")
        with open(path + ".new", "wb") as file:
            file.write(b"X-Envelope: %s -> %s\r\n" % (envelope.mail_from.encode(), ",".join(envelope.rcpt_tos).encode()))
            file.write(envelope.original_content)
        os.rename(path + ".new", path)
        print("mail", flush=True)
        if self.mode == "die":
            server.transport.abort()
            await asyncio.sleep(3600)
        if self.mode == "hang-data":
            await asyncio.sleep(3600)
        return "250 OK queued"


class Server(SMTP):
    async def smtp_EHLO(self, hostname):
        if self.event_handler.mode == "hang":
            await asyncio.sleep(3600)
        await super().smtp_EHLO(hostname)

    async def smtp_AUTH(self, arg):
        if self.event_handler.mode != "echo":
            return await super().smtp_AUTH(arg)
        told = arg.split(" ", 1)[-1]
        if " " not in arg:
            await self.push("334 ")
            told = (await self._reader.readline()).decode().strip()
        await self.push(f"454 4.7.0 not now: {told}")

    async def smtp_STARTTLS(self, arg):
        if self.event_handler.mode == "drop-tls":
            self.transport.abort()
            return
        await super().smtp_STARTTLS(arg)


async def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("mode")
    parser.add_argument("--folder", default=".")
    parser.add_argument("--user")
    parser.add_argument("--password")
    parser.add_argument("--certificate")
    parser.add_argument("--key")
    words = parser.parse_args()
    handler = Handler(words.mode, words.folder)
    options = {"hostname": "stand-in.example", "enable_SMTPUTF8": False}
    if words.certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(words.certificate, words.key)
        options |= {"tls_context": context, "require_starttls": words.mode == "starttls"}
    if words.user:
        expected = (words.user.encode(), words.password.encode())

        def authenticate(server, session, envelope, mechanism, data):
            return AuthResult(success=(data.login, data.password) == expected, handled=False)

        options |= {"authenticator": authenticate, "auth_required": True, "auth_require_tls": bool(words.certificate)}
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Server(handler, **options), "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


asyncio.run(main())
