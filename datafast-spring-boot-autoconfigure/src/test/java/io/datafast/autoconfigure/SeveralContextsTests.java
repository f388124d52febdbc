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

package io.datafast.autoconfigure;

import io.datafast.DataFastGoals;
import io.datafast.annotation.TrackGoal;
import io.datafast.test.MockDataFast;
import io.datafast.testing.DataFastContextRunners;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

import static io.datafast.test.MockDataFastAssert.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * More than one application context in a JVM.
 */
class SeveralContextsTests {

	private final MockDataFast mock = MockDataFast.start();

	private final MockDataFast otherMock = MockDataFast.start();

	@AfterEach
	void stop() {
		this.mock.close();
		this.otherMock.close();
	}

	@Test
	void shareNoState() {
		runner(this.mock).run((context) -> {
			runner(this.otherMock).withPropertyValues("datafast.metadata.context=other").run((other) -> {
				context.getBean(Shop.class).visit();
				other.getBean(Shop.class).visit();
				assertThat(this.mock).received("visited").withoutMetadata().once();
				assertThat(this.otherMock).received("visited").withMetadata("context", "other").once();
			});
			// The other one is closed, and this one is not affected.
			context.getBean(Shop.class).leave();
			assertThat(this.mock).received("left").once();
			assertThat(this.otherMock).hasNotReceived("left");
		});
	}

	@Test
	void aChildUsesItsParentsGoalsAndHasAdviceOfItsOwn() {
		DataFastContextRunners.with(this.mock)
			.withBean("parentShop", Shop.class)
			.run((parent) -> new ApplicationContextRunner().withParent(parent)
				.withConfiguration(AutoConfigurations.of(DataFastAutoConfiguration.class))
				.withBean("childShop", Shop.class)
				.run((child) -> {
					assertThat(child).hasNotFailed();
					assertThat(child.getBean(DataFastGoals.class)).isSameAs(parent.getBean(DataFastGoals.class));
					parent.getBean(Shop.class).visit();
					child.getBean("childShop", Shop.class).leave();
					assertThat(this.mock).received("visited").once();
					assertThat(this.mock).received("left").once();
				}));
	}

	private static ApplicationContextRunner runner(MockDataFast mock) {
		return DataFastContextRunners.with(mock).withBean(Shop.class);
	}

	static class Shop {

		@TrackGoal(name = "visited", visitorId = "'" + DataFastContextRunners.VISITOR + "'")
		void visit() {
		}

		@TrackGoal(name = "left", visitorId = "'" + DataFastContextRunners.VISITOR + "'")
		void leave() {
		}

	}

}
