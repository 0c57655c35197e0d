package io.ottla.broker.gateway;

import io.ottla.common.record.Record;
import java.util.List;

/**
 * @param records below the high watermark, in offset order
 * @param nextOffset where to read on
 * @param highWatermark first offset not committed
 * @param logStartOffset first readable offset
 */
public record ReadResult(List<Record> records, long nextOffset, long highWatermark, long logStartOffset) {}
