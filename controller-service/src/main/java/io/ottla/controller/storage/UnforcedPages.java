package io.ottla.controller.storage;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

/**
 * What was written to a file and has not reached it: pages in memory over the bytes on disk, as an operating system keeps them. Any thread.
 */
final class UnforcedPages {
  private static final int PAGE_BYTES = 4096;

  private final Map<Long, byte[]> dirty = new TreeMap<>();
  private long size;
  /** Bytes of the file that are in force; whatever it holds beyond them was cut. */
  private long kept;

  /** Of a file that holds everything. */
  UnforcedPages(long fileSize) {
    this.size = fileSize;
    this.kept = fileSize;
  }

  synchronized long size() {
    return size;
  }

  synchronized void write(DiskFile file, ByteBuffer bytes, long position) {
    for (long gap = size / PAGE_BYTES; gap * PAGE_BYTES < position; gap++) {
      page(file, gap); // zeros, also where the file still has what was cut
    }
    long at = position;
    while (bytes.hasRemaining()) {
      int offset = (int) (at % PAGE_BYTES);
      int count = Math.min(bytes.remaining(), PAGE_BYTES - offset);
      bytes.get(page(file, at / PAGE_BYTES), offset, count);
      at += count;
    }
    size = Math.max(size, at);
  }

  private byte[] page(DiskFile file, long number) {
    return dirty.computeIfAbsent(number, _ -> {
      byte[] page = new byte[PAGE_BYTES];
      long from = number * PAGE_BYTES;
      if (from < kept) {
        file.read(ByteBuffer.wrap(page, 0, (int) Math.min(PAGE_BYTES, kept - from)), from);
      }
      return page;
    });
  }

  synchronized int read(DiskFile file, ByteBuffer into, long position) {
    int total = 0;
    while (into.hasRemaining() && position + total < size) {
      long at = position + total;
      int offset = (int) (at % PAGE_BYTES);
      int count = (int) Math.min(Math.min(into.remaining(), PAGE_BYTES - offset), size - at);
      byte[] page = dirty.get(at / PAGE_BYTES);
      if (page == null) {
        int limit = into.limit();
        into.limit(into.position() + count);
        int read = file.read(into, at);
        into.limit(limit);
        total += read;
        if (read < count) {
          return total;
        }
      } else {
        into.put(page, offset, count);
        total += count;
      }
    }
    return total;
  }

  synchronized void truncate(DiskFile file, long newSize) {
    if (newSize >= size) {
      return;
    }
    dirty.keySet().removeIf(number -> number * PAGE_BYTES >= newSize);
    int inPage = (int) (newSize % PAGE_BYTES);
    if (inPage > 0) {
      Arrays.fill(page(file, newSize / PAGE_BYTES), inPage, PAGE_BYTES, (byte) 0);
    }
    size = newSize;
    kept = Math.min(kept, newSize);
  }

  /** Brings everything to the file, not forced. */
  synchronized void writeBack(DiskFile file) {
    if (file.size() > kept) {
      file.truncate(kept);
    }
    dirty.forEach((number, page) -> write(file, number, page));
    dirty.clear();
    kept = size;
  }

  private void write(DiskFile file, long number, byte[] page) {
    long from = number * PAGE_BYTES;
    file.write(ByteBuffer.wrap(page, 0, (int) Math.min(PAGE_BYTES, size - from)), from);
  }

  /** Brings any of the pages to the file, which may leave holes between them; all stay unforced. */
  synchronized void writeBackSome(DiskFile file, Random random) {
    dirty.forEach((number, page) -> {
      if (random.nextBoolean()) {
        write(file, number, page);
      }
    });
  }
}
