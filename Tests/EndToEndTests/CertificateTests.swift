import Foundation
import Testing

/// A server of TLS with certificates of an issuer that the program trusts, because its mount namespace has another list of issuers.
@Suite(.enabled(if: Trust.canBeChanged, "only root can have the program trust another issuer, with unshare and openssl"))
struct `A certificate of a trusted issuer` {
  @Test(arguments: [
    // What is served is no document of rates, but it arrives.
    ("IP:127.0.0.1", "30", "the answer holds no reference rates"),
    ("IP:127.0.0.1", "-1", "SSL certificate problem: certificate has expired"),
    ("DNS:other.example", "30", "SSL: no alternative certificate subject name matches target host name '127.0.0.1'"),
  ])
  func `is accepted while it holds and for the host that was asked, and refused by its name else`(
    name: String, days: String, says: String
  ) async throws {
    try await Project.with { project in
      try project.job("rates", "defaults: { retry: { attempts: 2, backoff: 1s } }\nsteps: { rates: { uses: ecb.rates } }")
      try project.write("subjectAltName=\(name)\n", to: "names")
      let ended = try await project.jobs("run", "rates", "--date", "2026-01-15T20:00Z", environment: ["DAYS": days], shell: Trust.script)
      #expect(ended.status != 0 && ended.out.contains(says), "\(ended)")
      // What no other attempt can mend is not tried again.
      #expect(try Database("\(project.root)/data/jobs.sqlite").lines("SELECT max(attempt) FROM attempts") == ["1"])
    }
  }
}

private enum Trust {
  static let issuers = "/etc/ssl/certs/ca-certificates.crt"

  static let canBeChanged: Bool = {
    guard geteuid() == 0, access("/usr/bin/openssl", X_OK) == 0, access(issuers, R_OK) == 0 else { return false }
    let probe = Process()
    probe.executableURL = URL(filePath: "/usr/bin/unshare")
    probe.arguments = ["-m", "mount", "--bind", issuers, issuers]
    probe.standardError = FileHandle.nullDevice
    guard (try? probe.run()) != nil else { return false }  // a system without it
    probe.waitUntilExit()
    return probe.terminationStatus == 0
  }()

  /// Makes an issuer and a certificate, serves with it, and runs the program where that issuer is trusted.
  static let script = #"""
    key="-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes"
    openssl req -x509 $key -keyout issuer.key -out issuer.crt -subj /CN=issuer 2> /dev/null || exit 99
    openssl req $key -keyout host.key -out host.csr -subj /CN=host 2> /dev/null || exit 99
    openssl x509 -req -in host.csr -CA issuer.crt -CAkey issuer.key -CAcreateserial -days "$DAYS" -extfile names -out host.crt 2> /dev/null || exit 99
    mkfifo served && exec 3<> served
    serve='echo "process $$"; exec openssl s_server -accept 127.0.0.1:0 -cert host.crt -key host.key -www'
    { sh -c "$serve" < /dev/null; echo ended; } >&3 2> /dev/null &
    until [ "${line#ACCEPT}" != "$line" ]; do
      read -r line <&3
      case "$line" in process*) server=${line#process } ;; ended) exit 99 ;; esac
    done
    sed -i "s|http://127.0.0.1:9|https://127.0.0.1:${line##*:}|" Jobs/config/providers.yaml
    unshare -m sh -c 'mount --bind issuer.crt \#(issuers) && exec "$@"' sh "$@"
    status=$?
    kill "$server"
    exit $status
    """#
}
