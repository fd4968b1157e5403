// SPDX-License-Identifier: Apache-2.0

@main
enum Nhip {
  static func main() {}
}
