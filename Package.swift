// swift-tools-version:6.2
import PackageDescription

/// Every Swift target.
let common: [SwiftSetting] = [
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .strictMemorySafety(),
]
/// Targets in which an unsafe expression that is not marked `unsafe` stops the build.
let swiftOnly = common + [.treatWarning("StrictMemorySafety", as: .error)]

func layer(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
  .target(name: name, dependencies: dependencies, swiftSettings: swiftOnly)
}
func tests(_ name: String, _ more: [Target.Dependency] = [], exclude: [String] = []) -> Target {
  .testTarget(
    name: "\(name)Tests", dependencies: [.target(name: name), "TestSupport"] + more,
    exclude: exclude, swiftSettings: common)
}

// Branches across 32 bytes are slow on Intel's processors with the microcode of 2019; other targets refuse the flag.
#if arch(x86_64)
  let processorFlags = ["-mbranches-within-32B-boundaries"]
#else
  let processorFlags: [String] = []
#endif

let package = Package(
  name: "se-eval",
  products: [.executable(name: "se-eval", targets: ["se-eval"])],
  targets: [
    .systemLibrary(name: "COpenBLAS", pkgConfig: "openblas", providers: [.apt(["libopenblas-dev"])]),
    .systemLibrary(name: "CSQLite", pkgConfig: "sqlite3", providers: [.apt(["libsqlite3-dev"])]),
    .systemLibrary(name: "CYAML", pkgConfig: "yaml-0.1", providers: [.apt(["libyaml-dev"])]),
    .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
    .target(
      name: "CKernels",
      cSettings: [
        .headerSearchPath("."), .unsafeFlags(["-O3"] + processorFlags, .when(platforms: [.linux])),
      ]),
    .target(
      name: "Kernels", dependencies: ["COpenBLAS", "CKernels"], swiftSettings: common,
      linkerSettings: [.linkedLibrary("m")]),
    layer("Text"),
    .target(name: "CDigest", cSettings: [.unsafeFlags(["-O2"])]),
    layer("Digest", ["CDigest"]),
    layer("JSON"),
    .target(name: "HTTP", swiftSettings: common),
    layer("Checkpoints", ["Text", "Digest", "JSON"]),
    layer("Tokenizers", ["Checkpoints", "Text", "Digest", "JSON"]),
    layer("Positions", ["Text"]),
    .target(name: "COpenCL", linkerSettings: [.linkedLibrary("dl", .when(platforms: [.linux]))]),
    .target(name: "OpenCL", dependencies: ["COpenCL"], swiftSettings: common),
    .target(
      name: "Transformer", dependencies: ["Kernels", "OpenCL", "Checkpoints", "Positions", "Text"],
      resources: [
        "common", "elements", "weights", "embedding", "vectors", "tiles", "halves", "ranges", "attention", "matrix",
        "attention_matrix",
      ].map { .embedInCode("Devices/OpenCL/Kernels/\($0).cl") }, swiftSettings: swiftOnly),
    layer("Evaluation", ["Text", "JSON"]),
    layer("Metrics", ["Evaluation", "Text", "JSON"]),
    layer("Tasks", ["Evaluation", "Metrics", "Tokenizers", "CZlib", "Text", "Digest", "JSON"]),
    layer("Store", ["CSQLite", "Evaluation", "Text", "Digest", "JSON"]),
    layer(
      "Backends",
      [
        "Evaluation", "Tokenizers", "Positions", "Transformer", "Kernels", "Checkpoints", "Text", "JSON", "HTTP",
        "Digest",
      ]),
    layer("Gates", ["Store", "Metrics", "Evaluation", "Text", "JSON"]),
    layer(
      "Sweeps",
      [
        "Gates", "Tasks", "Backends", "Metrics", "Tokenizers", "Positions", "Store", "CYAML", "Evaluation", "Text",
        "Digest",
        "JSON",
      ]),
    layer("Reports", ["Store", "Gates", "Metrics", "Positions", "Evaluation", "CZlib", "Text", "JSON", "Digest"]),
    .target(name: "CBuild"),
    .executableTarget(
      name: "se-eval",
      dependencies: [
        "CBuild", "Sweeps", "Reports", "Tasks", "Transformer", "Tokenizers", "Positions", "Store", "Metrics",
        "Checkpoints",
        "Kernels", "Evaluation", "Text", "JSON", "Digest", "Backends", "Gates",
      ], swiftSettings: swiftOnly),
    .target(name: "TestSupport", path: "Tests/TestSupport", swiftSettings: common),
    tests("Kernels", exclude: ["Fixtures"]), tests("Text"), tests("Digest", ["CDigest"]), tests("JSON"),
    tests("HTTP"),
    tests("Checkpoints"),
    tests("Tokenizers", ["Checkpoints"], exclude: ["Fixtures"]), tests("Positions", exclude: ["Fixtures"]),
    tests("Transformer", ["Kernels", "OpenCL", "Checkpoints", "Positions"], exclude: ["Fixtures"]),
    tests("Metrics", ["JSON"]),
    tests("Evaluation", ["JSON"]), tests("Tasks", ["Evaluation", "Metrics", "Tokenizers", "JSON", "Digest"]),
    tests("Store", ["Evaluation", "Text"], exclude: ["Fixtures"]), tests("Backends", ["Evaluation"]),
    tests(
      "Sweeps",
      [
        "Gates", "Tasks", "Evaluation", "JSON", "Text", "Store", "Positions", "Backends", "Transformer", "Tokenizers",
        "Kernels",
      ]),
    tests("Gates", ["Store", "Metrics", "Evaluation"]),
    tests("Reports", ["Store", "Gates", "Metrics", "Evaluation", "JSON", "Text", "Tasks"], exclude: ["Goldens"]),
    .testTarget(name: "ArchitectureTests", swiftSettings: common),
    .testTarget(
      name: "CommandTests",
      dependencies: ["se-eval", "TestSupport", "Store", "Tasks", "Tokenizers", "Evaluation", "JSON", "Text"],
      swiftSettings: common),
  ]
)

// The driver of `make fuzz` (Scripts/fuzz.sh) exists only there: it is linked with libFuzzer, which everything is compiled
// for, by flags of the command line.
if Context.environment["SE_EVAL_FUZZ"] != nil {
  package.targets.append(
    .executableTarget(
      name: "Fuzz",
      dependencies: [
        "Checkpoints", "Tokenizers", "Positions", "Transformer", "Kernels", "Tasks", "Metrics", "Store", "Gates",
        "Sweeps", "Evaluation", "JSON", "Reports",
      ],
      path: "Tests/Fuzz", exclude: ["Corpus", "make_corpus.py"],
      swiftSettings: [.enableUpcomingFeature("InternalImportsByDefault")]))
}
