// SPDX-License-Identifier: Apache-2.0
// P4, the peer in Java: the same records through the LMAX Disruptor.
//   java -cp disruptor.jar DisruptorBenchmark.java RECORDS single|batch
// Two passes warm the compiler up, the third is measured and prints the same line as ours. The
// consumer always takes what there is, since that is how the Disruptor works.
import com.lmax.disruptor.BatchEventProcessor;
import com.lmax.disruptor.BusySpinWaitStrategy;
import com.lmax.disruptor.EventHandler;
import com.lmax.disruptor.RingBuffer;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

public final class DisruptorBenchmark {
  static final int SLOTS = 4096;
  static final int RECORD_SIZE_BYTES = 256;
  static final int BATCH_RECORDS = 64;
  static final VarHandle WORD =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.nativeOrder());

  static final class Record {
    final byte[] bytes = new byte[RECORD_SIZE_BYTES];
  }

  static final class Summing implements EventHandler<Record> {
    final long records;
    long sum;
    long seen;
    volatile boolean done;

    Summing(long records) { this.records = records; }

    @Override public void onEvent(Record record, long sequence, boolean endOfBatch) {
      byte[] bytes = record.bytes;
      sum = sum * 31 + (long) WORD.get(bytes, 0) + (long) WORD.get(bytes, 64)
          + (long) WORD.get(bytes, 128) + (long) WORD.get(bytes, 192);
      if (++seen == records) done = true;
    }
  }

  static double pass(long records, boolean batches, long[] sum) throws InterruptedException {
    RingBuffer<Record> ring =
        RingBuffer.createSingleProducer(Record::new, SLOTS, new BusySpinWaitStrategy());
    Summing handler = new Summing(records);
    BatchEventProcessor<Record> processor =
        new BatchEventProcessor<>(ring, ring.newBarrier(), handler);
    ring.addGatingSequences(processor.getSequence());
    Thread consumer = new Thread(processor);
    consumer.start();
    while (!processor.isRunning()) Thread.onSpinWait();
    // Numbered before, see RingBenchmark.swift.
    byte[][] source = new byte[BATCH_RECORDS][RECORD_SIZE_BYTES];
    for (int number = 0; number < BATCH_RECORDS; number++) {
      for (int at = 8; at < RECORD_SIZE_BYTES; at += 8) WORD.set(source[number], at, 7L);
      WORD.set(source[number], 0, (long) number);
    }
    long start = System.nanoTime();
    int step = batches ? BATCH_RECORDS : 1;
    for (long number = 0; number < records; number += step) {
      int count = (int) Math.min(step, records - number);
      long last = ring.next(count);
      for (int place = 0; place < count; place++) {
        byte[] from = source[(int) ((number + place) % BATCH_RECORDS)];
        byte[] to = ring.get(last - count + 1 + place).bytes;
        System.arraycopy(from, 0, to, 0, RECORD_SIZE_BYTES);
      }
      ring.publish(last - count + 1, last);
    }
    while (!handler.done) Thread.onSpinWait();
    double seconds = (System.nanoTime() - start) / 1e9;
    processor.halt();
    consumer.join();
    sum[0] = handler.sum;
    return seconds;
  }

  public static void main(String[] arguments) throws InterruptedException {
    long records = Long.parseLong(arguments[0]);
    boolean batches = arguments[1].equals("batch");
    long[] sum = new long[1];
    double seconds = 0;
    for (int pass = 0; pass < 3; pass++) seconds = pass(records, batches, sum);
    System.out.printf(
        "%.3f %s -%n", records / seconds / 1e6, Long.toUnsignedString(sum[0]));
  }
}
