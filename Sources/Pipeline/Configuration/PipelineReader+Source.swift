// SPDX-License-Identifier: Apache-2.0

import Telemetry

/// The `source` of a pipeline: broker, TLS, credentials, sessions.
extension PipelineReader {
  private static let sourceKeys = [
    "broker", "tls", "credentials", "receive_maximum", "session_expiry", "sessions",
  ]
  /// Each session is a connection with a ring and a thread of its own.
  private static let sessionCountMax = 64
  /// Merged communes of a whole country are about 3,300.
  private static let communeCountMax = 10_000

  func source(_ node: YAMLNode) -> PipelineConfiguration.Source? {
    guard let map = node.mapping(keys: Self.sourceKeys) else { return nil }
    let broker = map.required("broker").flatMap(self.broker)
    let tls = map["tls"].flatMap(self.tls)
    if let broker, broker.isEncrypted, map["tls"] == nil {
      map["broker"]?.report("mqtts needs 'tls' with 'ca'", allowed: "tls: { ca: ca.pem }")
    }
    if let broker, !broker.isEncrypted {
      map["tls"]?.report("'tls' means nothing with mqtt://", allowed: "a broker of mqtts://")
    }
    let credentials = map["credentials"].flatMap(self.credentials)
    let receiveMaximum = map["receive_maximum"].map { $0.integer(in: 1...65_535) } ?? 10_000
    let expiry = map["session_expiry"].map { $0.duration() } ?? 7 * 86_400_000
    let sessions = map["sessions"].map(self.sessions) ?? PipelineConfiguration.Session.defaults
    guard let broker, let receiveMaximum, let expiry else { return nil }
    return PipelineConfiguration.Source(
      host: broker.host, port: broker.port, tls: tls, credentials: credentials,
      receiveMaximum: receiveMaximum, sessionExpiry: expiry, sessions: sessions)
  }

  private func tls(_ node: YAMLNode) -> PipelineConfiguration.TLS? {
    guard let map = node.mapping(keys: ["ca", "certificate", "key"]) else { return nil }
    let authority = map.required("ca").flatMap(self.existingFile)
    let certificate = map["certificate"].flatMap(self.existingFile)
    let key = map["key"].flatMap(self.existingFile)
    if (map["certificate"] == nil) != (map["key"] == nil) {
      (map["certificate"] ?? map["key"])?.report(
        "'certificate' and 'key' belong together", allowed: "both or neither")
    }
    return authority.map { .init(authority: $0, certificate: certificate, key: key) }
  }

  private func credentials(_ node: YAMLNode) -> PipelineConfiguration.Credentials? {
    guard let map = node.mapping(keys: ["username", "password", "password_file"]) else {
      return nil
    }
    let username = map.required("username")?.text()
    let password: Secret?
    switch (map["password"], map["password_file"]) {
    case (let node?, nil): password = self.password(node).map { Secret($0) }
    case (nil, let node?): password = self.password(inFile: node)
    default:
      node.report(
        "needs one of 'password' and 'password_file'",
        allowed: "password_file: PATH or password: ${NAME}")
      return nil
    }
    guard let username, let password else { return nil }
    return .init(
      username: username, password: password,
      passwordFile: map["password_file"].flatMap(self.existingFile))
  }

  private func password(_ node: YAMLNode) -> String? {
    if let written = node.node.scalar?.string, !EnvironmentExpansion.isReference(written) {
      node.report(
        "a password must not stand in the file", value: "‹secret›",
        allowed: "password_file: PATH or password: ${NAME}")
      return nil
    }
    return node.text()
  }

  private func password(inFile node: YAMLNode) -> Secret? {
    guard let path = existingFile(node),
      let text = ConfigurationFile.text(
        at: path, sizeBytesMax: PasswordFile.sizeBytesMax, problems: node.context.problems)
    else { return nil }
    let password = PasswordFile.password(in: text)
    if password == nil {
      node.report("the password file begins with an empty line", allowed: "the password in line 1")
    }
    return password
  }

  private func sessions(_ node: YAMLNode) -> [PipelineConfiguration.Session] {
    guard let elements = node.sequence(countMax: Self.sessionCountMax) else { return [] }
    if elements.isEmpty { node.report("no sessions", allowed: "at least one, or no 'sessions'") }
    var sessions: [PipelineConfiguration.Session] = []
    for element in elements {
      guard let map = element.mapping(keys: ["name", "channels", "communes"]) else { continue }
      let name = map.required("name")?.text(allowed: "[a-z0-9-]{1,16}") { name in
        (1...16).contains(name.utf8.count)
          && name.allSatisfy { $0.isASCII && ($0.isLowercase || $0.isNumber || $0 == "-") }
      }
      let channels = map.required("channels").flatMap(self.channels)
      let communes = map.required("communes").flatMap(self.communes)
      guard let name, let channels, let communes else { continue }
      let session = PipelineConfiguration.Session(
        name: name, channels: channels.devices, communes: communes,
        hasSchedule: channels.hasSchedule)
      if sessions.contains(where: { $0.name == name }) {
        map["name"]?.report("another session has this name", allowed: "a name of its own")
      }
      if let claim = sessions.lazy.compactMap({ $0.claim(sharedWith: session) }).first {
        map["channels"]?.report(
          "\(claim), so devices would be counted twice", allowed: "each channel of a commune once")
      }
      sessions.append(session)
    }
    return sessions
  }

  private func channels(_ node: YAMLNode) -> (devices: [Channel], hasSchedule: Bool)? {
    guard let elements = node.sequence(countMax: Channel.allCases.count + 1) else { return nil }
    if elements.isEmpty { node.report("no channels", allowed: "at least one") }
    // Nil is the schedule, which is no channel of a device.
    var names: [String: Channel?] = [Topic.schedule: nil]
    for channel in Channel.allCases { names[channel.name] = channel }
    var channels: [Channel?] = []
    for element in elements {
      guard let channel = element.word(from: names) else { continue }
      if channels.contains(channel) { element.report("the channel stands twice") }
      channels.append(channel)
    }
    return (channels.compactMap(\.self), channels.contains { $0 == nil })
  }

  /// Empty for `["*"]`.
  private func communes(_ node: YAMLNode) -> [String]? {
    guard let elements = node.sequence(countMax: Self.communeCountMax) else { return nil }
    if elements.isEmpty { node.report("no communes", allowed: "codes, or \"*\" for all") }
    var communes: [String] = []
    for element in elements {
      let code = element.text(allowed: "a code of five digits, or \"*\" alone") { code in
        code == "*" && elements.count == 1
          || code.utf8.count == 5 && code.allSatisfy { $0.isASCII && $0.isNumber }
      }
      // None would mean every commune, and clash with all the other sessions.
      guard let code else { return nil }
      guard code != "*" else { continue }
      if communes.contains(code) { element.report("the commune stands twice") }
      communes.append(code)
    }
    return communes
  }
}

extension PipelineConfiguration.Session {
  /// What both sessions would subscribe to, in words; nil if nothing.
  func claim(sharedWith other: Self) -> String? {
    let shared =
      channels.first(where: other.channels.contains)?.name
      ?? (hasSchedule && other.hasSchedule ? Topic.schedule : nil)
    guard let shared else { return nil }
    if coversEveryCommune || other.coversEveryCommune {
      return "session '\(name)' has channel '\(shared)' too"
    }
    return communes.first(where: other.communes.contains).map {
      "session '\(name)' has channel '\(shared)' of commune \($0) too"
    }
  }
}
