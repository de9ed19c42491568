// swift-tools-version: 6.1
import PackageDescription
let package = Package(name: "server", targets: [.executableTarget(name: "Server")])
