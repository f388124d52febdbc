/*
 * Copyright 2026-present the original author or authors.
 *
 * Licensed under the Apache License, Version 2.0 (the "License");
 * you may not use this file except in compliance with the License.
 * You may obtain a copy of the License at
 *
 *      https://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS,
 * WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 * See the License for the specific language governing permissions and
 * limitations under the License.
 */

package io.datafast.jdbc;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;

import com.github.kagkarlsson.scheduler.serializer.Serializer;
import io.datafast.DataFastException;
import io.datafast.Goal;
import io.datafast.delivery.GoalAttempt.Progress;
import io.datafast.delivery.GoalOutcome;
import org.jspecify.annotations.Nullable;

import org.springframework.util.Assert;

/**
 * What the table holds of a goal beside its time.
 *
 * @param goal the goal
 * @param progress what matters of the answers so far
 * @param ending how it ended, or {@code null} while it waits
 */
record StoredGoal(Goal goal, Progress progress, @Nullable Ending ending) {

	static StoredGoal of(Goal goal) {
		return new StoredGoal(goal, Progress.NONE, null);
	}

	StoredGoal after(Progress progress) {
		return new StoredGoal(this.goal, progress, null);
	}

	/**
	 * After one more answer.
	 */
	StoredGoal answered() {
		return after(new Progress(this.progress.answers() + 1, this.progress.visitorNotFound()));
	}

	StoredGoal ended(GoalOutcome outcome) {
		return new StoredGoal(this.goal, this.progress, Ending.of(outcome));
	}

	/**
	 * How a goal ended.
	 *
	 * @param outcome the outcome's name
	 * @param reason the name of its reason
	 * @param message what DataFast said, if it did
	 */
	record Ending(String outcome, String reason, @Nullable String message) {

		private static Ending of(GoalOutcome outcome) {
			DataFastException failure = (outcome instanceof GoalOutcome.Rejected rejected) ? rejected.exception()
					: ((outcome instanceof GoalOutcome.Dropped dropped) ? dropped.lastFailure() : null);
			return new Ending(outcome.outcomeName(), outcome.reasonName(),
					(failure != null) ? failure.getMessage() : null);
		}

	}

	/**
	 * Goals as JSON objects, which people can read. Members that are not known are
	 * ignored, so that nodes of two versions can share a table.
	 *
	 * @param writer writes a map of strings, nulls and maps of strings as a JSON object
	 * @param reader reads what the writer has written; gives {@code null} for anything
	 * else
	 */
	record Format(Function<Map<String, ?>, byte[]> writer,
			Function<byte[], @Nullable Map<?, ?>> reader) implements Serializer {

		@Override
		public byte[] serialize(Object data) {
			StoredGoal stored = (StoredGoal) data;
			Map<String, @Nullable Object> object = new LinkedHashMap<>();
			object.put("name", stored.goal().name());
			object.put("visitor", stored.goal().visitorId());
			object.put("metadata", stored.goal().metadata());
			object.put("answers", String.valueOf(stored.progress().answers()));
			object.put("notFound", String.valueOf(stored.progress().visitorNotFound()));
			if (stored.ending() != null) {
				object.put("outcome", stored.ending().outcome());
				object.put("reason", stored.ending().reason());
				object.put("message", stored.ending().message());
			}
			return this.writer.apply(object);
		}

		@Override
		public <T> T deserialize(Class<T> type, byte[] json) {
			Map<?, ?> object = this.reader.apply(json);
			Assert.state(object != null, "A stored goal is no JSON object");
			Map<String, String> metadata = new LinkedHashMap<>();
			if (object.get("metadata") instanceof Map<?, ?> entries) {
				entries.forEach((key, value) -> metadata.put(String.valueOf(key), String.valueOf(value)));
			}
			Goal goal = new Goal(text(object, "name"), text(object, "visitor"), metadata);
			Progress progress = new Progress(Integer.parseInt(text(object, "answers")),
					Boolean.parseBoolean(text(object, "notFound")));
			Ending ending = object.containsKey("outcome") ? new Ending(text(object, "outcome"), text(object, "reason"),
					(object.get("message") instanceof String message) ? message : null) : null;
			return type.cast(new StoredGoal(goal, progress, ending));
		}

		private static String text(Map<?, ?> object, String member) {
			Object value = object.get(member);
			Assert.state(value != null, () -> "A stored goal has no member '" + member + "'");
			return value.toString();
		}

	}

}
