/// The families of models whose forward pass is implemented.
public enum Architecture: String, Sendable, CaseIterable {
  /// Llama 1 to 3 and everything that copies its layers: Vicuna, TinyLlama, SmolLM, Yi.
  case llama
  /// Mistral 7B: Llama with a sliding window. A GGUF file of it says `llama`.
  case mistral
  /// Phi-1, Phi-1.5 and Phi-2: one LayerNorm, attention and feed-forward in parallel.
  case phi
  /// Phi-3, Phi-3.5 and Phi-4 mini: fused projections, long RoPE.
  case phi3
  /// Gemma 1.
  case gemma
  /// Gemma 2: norms behind the blocks, soft caps, alternating windows.
  case gemma2
  /// Gemma 3: norms on queries and keys, two RoPE bases.
  case gemma3
  /// Qwen1.5, Qwen2 and Qwen2.5: Llama with biases on q, k and v.
  case qwen2
  /// Qwen3: Llama with norms on queries and keys.
  case qwen3
}
