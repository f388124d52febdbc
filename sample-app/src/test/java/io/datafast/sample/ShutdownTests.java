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

package io.datafast.sample;

import java.time.Duration;

import io.datafast.DataFastGoals;
import io.datafast.Goal;
import io.datafast.sample.demo.InProcessDataFast;
import io.datafast.test.MockDataFast;
import org.junit.jupiter.api.Test;

import org.springframework.boot.SpringApplication;
import org.springframework.context.ConfigurableApplicationContext;

import static io.datafast.test.MockDataFastAssert.assertThat;

/**
 * The end of the shop as it runs without an API key.
 */
class ShutdownTests {

	@Test
	void pendingGoalsArriveBeforeInProcessDataFastIsClosed() {
		SpringApplication application = new SpringApplication(SampleApplication.class);
		application.addInitializers(new InProcessDataFast.Initializer());
		ConfigurableApplicationContext context = application.run("--server.port=0", "--datafast.api-key=",
				"--datafast.delivery.concurrency=1");
		MockDataFast dataFast = context.getBean(InProcessDataFast.class).getMock().latency(Duration.ofMillis(20));
		DataFastGoals goals = context.getBean(DataFastGoals.class);
		for (int i = 0; i < 30; i++) {
			goals.track(Goal.of("late").forVisitor("visitor-" + i));
		}
		context.close();
		assertThat(dataFast).within(Duration.ZERO).received("late", 30);
	}

}
