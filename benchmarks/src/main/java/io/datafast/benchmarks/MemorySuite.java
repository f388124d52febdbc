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

package io.datafast.benchmarks;

import java.io.IOException;
import java.time.Duration;
import java.util.List;

/**
 * Measures the heap that a waiting goal takes.
 */
final class MemorySuite implements Suite {

	private static final double AIM = 1024;

	@Override
	public List<Comparison> run() throws Exception {
		try (ChildJvm api = StubApi.launch(Duration.ofHours(1).toMillis())) {
			String baseUrl = api.read()[0];
			return List.of(measure(baseUrl, 0), measure(baseUrl, 2));
		}
	}

	private static Comparison measure(String baseUrl, int entries) throws IOException {
		try (ChildJvm jvm = ChildJvm.start(WaitingGoals.class, List.of("-Xms512m", "-Xmx512m"), baseUrl, entries)) {
			double bytes = jvm.readNumber();
			return new Comparison("Waiting goal, " + entries + " metadata entries", ResultTable.number(bytes) + " B",
					"", null, "≤ 1 KB", bytes <= AIM);
		}
	}

}
