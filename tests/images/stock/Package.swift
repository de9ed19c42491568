let package = Package(name: "server", targets: [.executableTarget(name: "Server")])
