import Foundation

/// Asks for large pages under memory that is about to be written, where it fills some: with small ones the kernel takes as long to hand out
/// the columns of a series of millions of bars as we to compute them. NumPy does the same from the same size on. Changes no value.
func preferLargePages(_ memory: UnsafeMutableRawPointer, bytes: Int) {
  #if os(Linux)
    guard bytes >= 1 << 22 else { return }
    let page = 4096
    let first = (Int(bitPattern: memory) + page - 1) / page * page
    let end = (Int(bitPattern: memory) + bytes) / page * page
    // Where the kernel does not want to, the pages stay small.
    _ = madvise(UnsafeMutableRawPointer(bitPattern: first), end - first, MADV_HUGEPAGE)
  #endif
}
