import Digest
import HTTP
import JSON

/// Finds out which server answers at an address, and what it says of its model.
struct ServerDiscovery {
  let call: ServerCall
  let specification: ServerSpecification

  func profile() throws(ServerFailure) -> ServerProfile {
    let models = try call.find("/v1/models")
    let props = try wants(.llamaServer) ? call.find("/props") : nil
    let entry = try entry(of: models)
    let owner = entry?["owned_by"]?.text
    var profile: ServerProfile
    if specification.kind == .llamaServer || props?["default_generation_settings"] != nil {
      profile = try llamaServer(props, entry)
    } else if specification.kind == .vLLM || (specification.kind == nil && owner == "vllm") {
      profile = made(.vLLM, entry)
      profile.version = try call.find("/version")?["version"]?.text
      profile.note("root", entry?["root"]?.text)
    } else if specification.kind == .sgLang || (specification.kind == nil && owner == "sglang") {
      profile = try sgLang(entry)
    } else {
      guard entry != nil || specification.model != nil else {
        throw .lost(
          "\(call.connection.client.address) has no list of models (/v1/models); is it an inference server, and is the "
            + "path of the URL right?")
      }
      try refuseSilentTruncation(owner)
      profile = made(.openAI, entry)
    }
    profile.context = specification.context ?? profile.context
    profile.takesImages = specification.takesImages ?? profile.takesImages
    return profile
  }

  private func wants(_ kind: ServerKind) -> Bool { specification.kind == nil || specification.kind == kind }

  /// The entry of the model that is asked for, or of the only one.
  private func entry(of models: JSONValue?) throws(ServerFailure) -> JSONValue? {
    guard let list = models?["data"]?.elements, !list.isEmpty else { return nil }
    let names = list.compactMap { $0["id"]?.text }
    if let wanted = specification.model {
      guard let found = list.first(where: { $0["id"]?.text == wanted }) else {
        // llama-server answers to any name.
        if list.count == 1, list[0]["owned_by"]?.text == "llamacpp" { return list[0] }
        throw .lost(
          "\(call.connection.client.address) serves no model '\(wanted)'; it has \(names.joined(separator: ", "))")
      }
      return found
    }
    guard list.count == 1 else {
      throw .lost(
        "\(call.connection.client.address) serves several models; name one with server.model: "
          + names.joined(separator: ", "))
    }
    return list[0]
  }

  private func made(_ kind: ServerKind, _ entry: JSONValue?) -> ServerProfile {
    var profile = ServerProfile(kind: kind, model: specification.model ?? entry?["id"]?.text ?? "")
    profile.context = Self.integer(entry?["max_model_len"])
    return profile
  }

  private func llamaServer(_ props: JSONValue?, _ entry: JSONValue?) throws(ServerFailure) -> ServerProfile {
    guard let props else {
      throw .lost("\(call.connection.client.address) has no /props: it is no llama-server")
    }
    var profile = made(.llamaServer, entry)
    profile.version = props["build_info"]?.text
    profile.context = Self.integer(props["default_generation_settings"]?["n_ctx"])
    profile.slots = Self.integer(props["total_slots"])
    profile.templateHash = props["chat_template"]?.text.map { SHA256.hexadecimal(of: $0) }
    profile.takesImages = props["modalities"]?["vision"]?.flag ?? false
    profile.note("file", props["model_path"]?.text, isFile: true)
    profile.facts["type"] = props["model_ftype"]?.text
    let meta = entry?["meta"]
    profile.trainedContext = Self.integer(meta?["n_ctx_train"])
    profile.parameterCount = Self.integer(meta?["n_params"])
    profile.facts["size"] = Self.integer(meta?["size"]).map(String.init)
    if let file = profile.facts["file"], entry?["id"] == nil { profile.model = file }
    return profile
  }

  private func sgLang(_ entry: JSONValue?) throws(ServerFailure) -> ServerProfile {
    var profile = made(.sgLang, entry)
    var info = try call.find("/model_info")
    if info == nil { info = try call.find("/get_model_info") }
    profile.note("path", info?["model_path"]?.text)
    profile.facts["weight_version"] = info?["weight_version"]?.text
    profile.takesImages = info?["has_image_understanding"]?.flag ?? false
    profile.version = try call.find("/server_info")?["version"]?.text
    return profile
  }

  /// Ollama cuts what does not fit and says nothing; its answers cannot be trusted at any length.
  private func refuseSilentTruncation(_ owner: String?) throws(ServerFailure) {
    guard specification.kind == nil, owner == "library" else { return }
    throw .lost(
      "\(call.connection.client.address) looks like Ollama, which cuts long prompts without a word; serve the same GGUF "
        + "file with llama-server")
  }

  private static func integer(_ value: JSONValue?) -> Int? {
    if case .integer(let number)? = value { return number }
    return nil
  }
}
