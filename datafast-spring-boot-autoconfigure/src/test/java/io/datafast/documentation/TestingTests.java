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

package io.datafast.documentation;

import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.reflect.Method;
import java.time.Duration;
import java.util.Map;

import io.datafast.DataFastGoals;
import io.datafast.Goal;
import io.datafast.annotation.GoalMetadata;
import io.datafast.annotation.TrackGoal;
import io.datafast.annotation.VisitorId;
import io.datafast.test.AutoConfigureMockDataFast;
import io.datafast.test.MockDataFast;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.MapPropertySource;
import org.springframework.test.annotation.DirtiesContext.HierarchyMode;
import org.springframework.test.context.TestContextManager;
import org.springframework.test.context.TestPropertySource;
import org.springframework.test.context.bean.override.mockito.MockitoBean;
import org.springframework.test.context.bean.override.mockito.MockitoSpyBean;
import org.springframework.test.context.junit.jupiter.SpringJUnitConfig;
import org.springframework.test.util.AopTestUtils;

import static io.datafast.test.MockDataFastAssert.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.mockito.Mockito.doReturn;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.when;

/**
 * What the documentation says of tests that use the test kit.
 */
class TestingTests {

	@Nested
	@SpringJUnitConfig(WithoutTracking.NoAutoConfiguration.class)
	@AutoConfigureMockDataFast
	class WithoutTracking {

		@Test
		void thatNothingArrivesSaysNothing(@Autowired MockDataFast mockDataFast) {
			String reason = "MockDataFast can receive nothing from the application context of this test, since it has no"
					+ " DataFastGoals bean";
			assertFailure(() -> assertThat(mockDataFast).hasNotReceived("bought"), reason);
			assertFailure(() -> assertThat(mockDataFast).receivedNothing(), reason);
			assertFailure(() -> assertThat(mockDataFast).received("bought", 0), reason);
			assertFailure(() -> assertThat(mockDataFast).within(Duration.ZERO).received("bought"), reason);
		}

		@Configuration(proxyBeanMethods = false)
		static class NoAutoConfiguration {

		}

	}

	@Nested
	@ShopTest
	class WithTracking {

		@Test
		void thatNothingArrivesSaysSomethingUnlessTheApplicationIsPointedElsewhere(@Autowired MockDataFast mockDataFast,
				@Autowired ConfigurableEnvironment environment) {
			assertThat(mockDataFast).hasNotReceived("bought").received("bought", 0).receivedNothing();
			assertFailureWith(environment, "datafast.enabled", "false", mockDataFast, "datafast.enabled is false");
			assertFailureWith(environment, "datafast.base-url", "http://localhost:1", mockDataFast,
					"datafast.base-url is http://localhost:1 rather than " + mockDataFast.getBaseUrl());
		}

		private void assertFailureWith(ConfigurableEnvironment environment, String property, String value,
				MockDataFast mockDataFast, String reason) {
			environment.getPropertySources().addFirst(new MapPropertySource("above", Map.of(property, value)));
			try {
				assertFailure(() -> assertThat(mockDataFast).hasNotReceived("bought"), reason);
			}
			finally {
				environment.getPropertySources().remove("above");
			}
		}

	}

	@Nested
	class AfterTheContext {

		@Test
		void whatWasReceivedCanBeAsserted() throws Exception {
			TestContextManager manager = new TestContextManager(Closing.class);
			MockDataFast mockDataFast = manager.getTestContext().getApplicationContext().getBean(MockDataFast.class);
			manager.getTestContext().markApplicationContextDirty(HierarchyMode.EXHAUSTIVE);
			assertThat(mockDataFast).receivedNothing().hasNotReceived("bought");
		}

	}

	@ShopTest
	@TestPropertySource(properties = "other=context")
	static class Closing {

	}

	/**
	 * Two methods of one class overlap, as JUnit runs them in parallel.
	 */
	@Nested
	class InParallel {

		@Test
		void eachMethodSeesItsOwnVisitor() throws Exception {
			TestContextManager first = new TestContextManager(Parallel.class);
			TestContextManager second = new TestContextManager(Parallel.class);
			Parallel test = new Parallel();
			Method method = Parallel.class.getDeclaredMethod("buys");
			first.prepareTestInstance(test);
			first.beforeTestMethod(test, method);
			test.goals.track(Goal.of("bought").forVisitor("visitor-1"));
			assertThat(test.mockDataFast).received("bought");
			second.beforeTestMethod(test, method);
			test.goals.track(Goal.of("looked").forVisitor("visitor-2"));
			assertThat(test.mockDataFast).forVisitor("visitor-2").received("looked", 1).hasNotReceived("bought");
			assertThat(test.mockDataFast).forVisitor("visitor-1").received("bought").once();
			assertThat(test.mockDataFast).forVisitor("visitor-1").hasNotReceived("looked");
			assertThat(test.mockDataFast).forVisitor("visitor").receivedNothing();
			assertFailure(() -> assertThat(test.mockDataFast).forVisitor("visitor-1").receivedNothing(),
					"received nothing so far for visitor \"visitor-1\"");
			assertFailure(() -> assertThat(test.mockDataFast).forVisitor("visitor-1").received("bought", 2),
					"there is 1");
			first.afterTestMethod(test, method, null);
			first.beforeTestMethod(test, method);
			assertThat(test.mockDataFast.getGoals()).hasSize(2);
			first.afterTestMethod(test, method, null);
			second.afterTestMethod(test, method, null);
			first.beforeTestMethod(test, method);
			assertThat(test.mockDataFast).receivedNothing();
			first.afterTestMethod(test, method, null);
		}

	}

	@ShopTest
	static class Parallel {

		@Autowired
		MockDataFast mockDataFast;

		@Autowired
		DataFastGoals goals;

		void buys() {
		}

	}

	@Nested
	@ShopTest
	class OfSpies {

		@Autowired
		MockDataFast mockDataFast;

		@Autowired
		DataFastGoals goals;

		@MockitoSpyBean
		Shop shop;

		@Test
		void aStubbedMethodTracksWhatTheStubReturns() {
			Shop spy = AopTestUtils.getTargetObject(this.shop);
			doReturn("stubbed").when(spy).buy("visitor-1", "book");
			assertThat(this.shop.buy("visitor-1", "book")).isEqualTo("stubbed");
			assertThat(this.mockDataFast).received("bought").withMetadata("result", "stubbed").once();
			verify(this.shop).buy("visitor-1", "book");
			assertThat(this.mockDataFast).received("bought", 1);
		}

		@Test
		void stubbingTheBeanItselfTracksAGoal() {
			when(this.shop.buy("visitor-1", "book")).thenReturn("stubbed");
			assertThat(this.mockDataFast).received("bought").withMetadata("result", "bought book").once();
		}

	}

	@Nested
	@ShopTest
	class OfMocks {

		@MockitoBean
		Shop shop;

		@Test
		void aMockTracksNothing(@Autowired MockDataFast mockDataFast, @Autowired DataFastGoals goals) {
			when(this.shop.buy("visitor-1", "book")).thenReturn("stubbed");
			assertThat(this.shop.buy("visitor-1", "book")).isEqualTo("stubbed");
			goals.track(Goal.of("last").forVisitor("visitor-1"));
			assertThat(mockDataFast).received("last");
			assertThat(mockDataFast).hasNotReceived("bought");
		}

	}

	private static void assertFailure(ThrowingCallable assertion, String message) {
		assertThatExceptionOfType(AssertionError.class).isThrownBy(assertion).withMessageContaining(message);
	}

	@Retention(RetentionPolicy.RUNTIME)
	@SpringBootTest(classes = Application.class, webEnvironment = WebEnvironment.NONE)
	@AutoConfigureMockDataFast
	@interface ShopTest {

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@Import(Shop.class)
	static class Application {

	}

	static class Shop {

		@TrackGoal(name = "bought", metadata = @GoalMetadata(key = "result", expression = "#result"))
		String buy(@VisitorId String visitorId, String item) {
			return "bought " + item;
		}

	}

}
